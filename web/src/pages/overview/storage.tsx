import { Table } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { href } from "../../app/href.ts";
import type { Overview } from "../../api/types.ts";
import { bytesText, countText, percentText } from "../../parts/format.ts";
import { t } from "../../texts/index.ts";

export function StorageTable({ storage }: { storage: Overview["storage"] }) {
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.overview.region}</Table.Th>
            <Table.Th ta="end">{t.overview.recovery_points}</Table.Th>
            <Table.Th ta="end">{t.overview.source}</Table.Th>
            <Table.Th ta="end">{t.overview.stored}</Table.Th>
            <Table.Th ta="end">{t.overview.ratio}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {storage.map((place) => (
            <Table.Tr key={place.region}>
              <Table.Td>
                <Link {...href(`/backups?region=${place.region}`)}>{place.region}</Link>
              </Table.Td>
              <Table.Td ta="end">{countText(place.backups + place.copies)}</Table.Td>
              <Table.Td ta="end">{bytesText(place.source_bytes)}</Table.Td>
              <Table.Td ta="end">{bytesText(place.stored_bytes)}</Table.Td>
              <Table.Td ta="end">
                {place.source_bytes > place.stored_bytes
                  ? percentText(place.source_bytes - place.stored_bytes, place.source_bytes)
                  : "–"}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
