import { errorCatalogue } from "../../base/index.ts";

export const nbdError = errorCatalogue({
  NBD_UNREACHABLE: {
    fault: "operational",
    retry: "soon",
    guidance: "Check that the address is right, that the exporting process runs, and that this user may reach it.",
    status_reason: "SourceUnreachable",
  },
  NBD_TIMEOUT: {
    fault: "operational",
    retry: "soon",
    guidance: "The other side took longer than agreed to answer; look at its load and its storage.",
    status_reason: "NetworkTimeout",
  },
  NBD_CLOSED: {
    fault: "operational",
    retry: "soon",
    guidance: "The other side closed the connection; look into its log. The next attempt connects anew.",
    status_reason: "SourceUnreachable",
  },
  NBD_PROTOCOL: {
    fault: "operational",
    retry: "later",
    guidance: "The other side does not speak NBD as its specification says; check what listens at the address.",
    status_reason: "SourceUnreachable",
  },
  NBD_REFUSED: {
    fault: "operational",
    retry: "later",
    guidance: "The other side refused: check the export's name and whether TLS is wanted.",
    status_reason: "SourceUnreachable",
  },
  NBD_TLS_REFUSED: {
    fault: "operational",
    retry: "later",
    guidance: "TLS was asked for and not granted; nothing is sent without it. Check certificates on both sides.",
    status_reason: "SourceUnreachable",
  },
  NBD_IO: {
    fault: "operational",
    retry: "soon",
    guidance: "The exported disk could not be read or written there; look at the storage of the other side.",
    status_reason: "SourceUnreachable",
  },
  NBD_OVERLAY_FOREIGN: {
    fault: "user",
    retry: "never",
    guidance: "Choose another folder: the overlay there belongs to a disk of another size or backup.",
  },
});
