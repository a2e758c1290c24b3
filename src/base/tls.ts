import tls from "node:tls";

// For every connection of this process and its threads, in and out, that names no version itself: those of libraries,
// too (fetch, mail, drivers of databases, the SDKs of clouds).
tls.DEFAULT_MIN_VERSION = "TLSv1.3";
