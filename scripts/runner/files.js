/** Which files a run takes. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
const SKIPPED = new Set(["node_modules", "dist", "fixtures"]);
/** Every file below the folder, sorted, relative to the root. */
export function filesBelow(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  const found = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) found.push(...filesBelow(root, path));
    } else {
      found.push(path);
    }
  }
  return found.sort();
}
/** In the order of `folders`: put what takes longest first, or it ends alone on an idle machine. */
export function selectFiles(root, selection) {
  const filters = selection.filters.map((filter) => filter.replace(/^\.\//, "").replace(/\/$/, ""));
  return selection.folders
    .flatMap((folder) => filesBelow(root, folder))
    .filter((path) => path.endsWith(selection.suffix))
    .filter((path) => !selection.except.some((folder) => path.startsWith(`${folder}/`)))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)));
}
