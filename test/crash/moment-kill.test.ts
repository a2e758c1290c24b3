/** The server is killed from outside, at moments in the life of what it writes; test/long has more of them. */
import test from "node:test";
import { killAtMoments, moments } from "./moments.ts";

const FEW = [
  "the first pack lies in its region",
  "the manifest lies there",
  "the first pack lies in the other region",
  "the copy's manifest lies there",
  "some files are there",
];

test(
  "killed while it writes, the server finishes after its restart, and no object is lost sight of",
  {
    timeout: 400_000,
  },
  (t) =>
    killAtMoments(
      t,
      moments.filter(({ name }) => FEW.includes(name)),
    ),
);
