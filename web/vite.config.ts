import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** For `npx vite web`: where the API runs while the console is worked on. */
const API = process.env["HOLDFAST_API"] ?? "http://127.0.0.1:7440";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: "es2023",
    // The content policy allows nothing inline and no data: scripts, so every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
  },
  server: { proxy: { "/v1": API, "/openapi.json": API } },
});
