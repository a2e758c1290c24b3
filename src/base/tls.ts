import tls from "node:tls";

/** The least that any connection speaks. */
export const TLS_VERSION_MIN = "TLSv1.3";

// For every connection of this process and its threads, in and out, that names no version itself: those of libraries,
// too (fetch, mail, drivers of databases, the SDKs of clouds).
tls.DEFAULT_MIN_VERSION = TLS_VERSION_MIN;
