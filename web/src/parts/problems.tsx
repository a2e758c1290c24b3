import { Table, Text } from "@mantine/core";
import { t } from "../texts/index.ts";
import { countText } from "./format.ts";

/** Paths that were not read or written in full, each with its reason. */
export function ProblemList({ problems, total }: { problems: readonly Record<string, unknown>[]; total: number }) {
  return (
    <>
      <Table.ScrollContainer minWidth={360} mah={280}>
        <Table>
          <Table.Tbody>
            {problems.map((problem, index) => (
              <Table.Tr key={index}>
                <Table.Td className="hf-mono">{String(problem["path"] ?? problem["object"] ?? "")}</Table.Td>
                <Table.Td>{String(problem["message"] ?? problem["reason"] ?? problem["code"] ?? "")}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {problems.length < total && (
        <Text size="xs" c="dimmed">
          {t.backups.problems_more(countText(problems.length), countText(total))}
        </Text>
      )}
    </>
  );
}
