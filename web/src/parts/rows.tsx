import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./rows.module.css";

export interface RowColumn<T> {
  readonly title: string;
  readonly cell: (row: T) => ReactNode;
  readonly end?: boolean;
}

/**
 * A short table: some dozen rows, each as high as it has to be. Long lists are a DataTable. On a phone each row is a
 * block of name and value; a block is no table to a browser by itself, so that the roles are said.
 */
export function Rows<T>(props: {
  label: string;
  items: readonly T[];
  columns: readonly RowColumn<T>[];
  rowKey: (row: T, index: number) => string;
  /** Said when there is none. */
  none: string;
  /** Narrower than that, it scrolls sideways. */
  least?: number;
}) {
  if (props.items.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="md">
        {props.none}
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={props.least ?? 480} className={classes.scroll}>
      <Table role="table" aria-label={props.label} className={classes.table}>
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            {props.columns.map((column, index) => (
              <Table.Th role="columnheader" key={column.title || index} ta={column.end === true ? "end" : undefined}>
                {column.title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {props.items.map((row, at) => (
            <Table.Tr role="row" key={props.rowKey(row, at)}>
              {props.columns.map((column, index) => (
                <Table.Td
                  role="cell"
                  key={column.title || index}
                  data-title={column.title}
                  ta={column.end === true ? "end" : undefined}
                >
                  <div>{column.cell(row)}</div>
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
