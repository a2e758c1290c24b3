import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { href } from "../../app/href.ts";
import type { Overview } from "../../api/types.ts";
import { bytesText, countText, percentText } from "../../parts/format.ts";
import { Rows } from "../../parts/rows.tsx";
import { t } from "../../texts/index.ts";

type Place = Overview["storage"][number];

/** What lies where; each figure opens the recovery points it is of. */
export function StorageTable({ storage }: { storage: readonly Place[] }) {
  const to = ({ region }: Place, content: ReactNode) => <Link {...href(`/backups?region=${region}`)}>{content}</Link>;
  return (
    <Rows
      label={t.overview.storage}
      items={storage}
      rowKey={(place) => place.region}
      none={t.common.none}
      columns={[
        { title: t.overview.region, cell: (place) => <span className="hf-figures">{to(place, place.region)}</span> },
        { title: t.overview.recovery_points, end: true, cell: (place) => to(place, countText(place.backups)) },
        { title: t.overview.copies, end: true, cell: (place) => to(place, countText(place.copies)) },
        { title: t.overview.source, end: true, cell: (place) => to(place, bytesText(place.source_bytes)) },
        { title: t.overview.stored, end: true, cell: (place) => to(place, bytesText(place.stored_bytes)) },
        {
          title: t.overview.ratio,
          end: true,
          cell: ({ source_bytes, stored_bytes }) =>
            source_bytes > stored_bytes ? percentText(source_bytes - stored_bytes, source_bytes) : "–",
        },
      ]}
    />
  );
}
