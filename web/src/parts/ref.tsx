import { Link } from "@tanstack/react-router";
import { t } from "../texts/index.ts";

const PAGES: Readonly<Record<string, string>> = {
  bkp: "backups",
  drl: "drills",
  inc: "incidents",
  job: "jobs",
  rpt: "reports",
  rst: "restores",
  wkl: "workloads",
};
const ID = /^([a-z]{3})_[0-9a-z]{20,}$/;
const TAIL = 6;

/** An id as what it is of, with its end to tell it by, leading there; anything else, like a name, as it is. */
export function Ref({ id }: { id: string }) {
  const prefix = ID.exec(id)?.[1] ?? "";
  const page = PAGES[prefix];
  if (page === undefined) return <span>{id}</span>;
  return (
    <Link to={`/${page}/${id}` as never} title={id}>
      {t.common.nouns[prefix] ?? prefix} …{id.slice(-TAIL)}
    </Link>
  );
}
