import { errorCatalogue } from "../../../base/index.ts";

export const vmError = errorCatalogue({
  VM_UNREACHABLE: {
    fault: "operational",
    retry: "soon",
    guidance:
      "Start the VM, or name its image files in the workload's source so that it can be backed up while it is stopped.",
    status_reason: "SourceUnreachable",
  },
  VM_TIMEOUT: {
    fault: "operational",
    retry: "soon",
    guidance: "QEMU or the guest agent did not answer in time; look at the host's load and storage.",
    status_reason: "NetworkTimeout",
  },
  VM_LIBVIRT_FAILED: {
    fault: "operational",
    retry: "soon",
    guidance:
      "Check that libvirt runs on this host, that its tool virsh (Debian's libvirt-clients) is installed, and the names of URI and domain.",
    status_reason: "SourceUnreachable",
  },
  VM_LIBVIRT_NO_MONITOR: {
    fault: "user",
    retry: "later",
    guidance:
      "Give the domain a second monitor: `<qemu:arg value='-qmp'/><qemu:arg value='unix:PATH,server=on,wait=off'/>` in `<qemu:commandline>`, with `virsh edit`, and restart it.",
    status_reason: "SourceUnreachable",
  },
  VM_MONITOR_BUSY: {
    fault: "operational",
    retry: "soon",
    guidance: "Another client holds this QMP socket. Give the VM a monitor of its own for backups (-qmp unix:…).",
    status_reason: "SourceUnreachable",
  },
  VM_COMMAND_FAILED: {
    fault: "operational",
    retry: "soon",
    guidance: "QEMU refused a command; its own words are in the message. QEMU 7.1 or newer is needed.",
    status_reason: "SnapshotFailed",
  },
  VM_SNAPSHOT_FAILED: {
    fault: "operational",
    retry: "soon",
    guidance: "Check the scratch folder (room, and that QEMU's user may write there) and what else exports disks.",
    status_reason: "SnapshotFailed",
  },
  VM_SNAPSHOT_BROKEN: {
    fault: "operational",
    retry: "soon",
    guidance:
      "The scratch folder filled up or was too slow, and the snapshot was given up so that the guest's writes went on. Give it more room, or back up when the guest writes less.",
    status_reason: "SnapshotFailed",
  },
  VM_AGENT_FAILED: {
    fault: "operational",
    retry: "soon",
    guidance: "Check that the guest agent runs in the guest, or let the source fall back to crash consistency.",
    status_reason: "SnapshotFailed",
  },
  VM_NO_DISKS: {
    fault: "user",
    retry: "never",
    guidance: "The VM has no writable disk that the source selects; look at its `disks` setting.",
    status_reason: "InvalidRequest",
  },
  VM_RUNNING: {
    fault: "user",
    retry: "later",
    guidance: "Shut the VM down first: its disks are in use.",
    status_reason: "TargetNotWritable",
    http: 409,
  },
  VM_RESTORE_FAILED: {
    fault: "operational",
    retry: "later",
    guidance: "The restored images could not be made into a machine; the message says what was missing.",
    status_reason: "TargetNotWritable",
  },
});
