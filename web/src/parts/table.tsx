import { useVirtualizer } from "@tanstack/react-virtual";
import { Link } from "@tanstack/react-router";
import { Checkbox } from "@mantine/core";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { t } from "../texts/index.ts";
import classes from "./table.module.css";

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  /** A grid track: `minmax(10rem, 2fr)`, `7rem`. */
  readonly width: string;
  readonly cell: (row: T) => ReactNode;
  readonly align?: "end";
  /** Another track on a phone. */
  readonly narrow?: string;
  /** Left out on a phone. */
  readonly wide?: boolean;
}

export interface TableProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly rowKey: (row: T) => string;
  /** Where a row leads; the first column is the link. */
  readonly rowLink?: (row: T) => { readonly to: string; readonly params?: Record<string, string> };
  /** Called when the end comes near. */
  readonly onEnd?: () => void;
  readonly more?: boolean;
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (selected: ReadonlySet<string>) => void;
  /** The rows now in sight, for what is asked only for them. */
  readonly onSight?: (rows: readonly T[]) => void;
  readonly height?: string;
}

const ROW_PX = 34;
const OVERSCAN = 12;
const GAP_REM = 0.75;
const END_ROWS = 300;

/** Rows of one height, of which only those in sight exist: the same for ten rows and for 100,000. */
export function DataTable<T>(props: TableProps<T>) {
  const { rows, columns, rowKey, selected, onSelect, onEnd, onSight } = props;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });
  const items = virtual.getVirtualItems();
  const [first_index, last_index] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => {
    if (props.more === true && last_index >= rows.length - END_ROWS) onEnd?.();
  }, [last_index, rows.length, props.more, onEnd]);
  useEffect(() => {
    if (onSight !== undefined) onSight(rows.slice(first_index, last_index + 1));
  }, [first_index, last_index, rows, onSight]);
  const select = onSelect === undefined ? "" : "2rem ";
  const all = selected !== undefined && rows.length > 0 && selected.size >= rows.length;
  const toggle = (key: string) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect?.(next);
  };
  const grid = { "--columns": `${select}${columns.map((column) => column.width).join(" ")}` } as React.CSSProperties;
  const narrow = columns.filter((column) => column.wide !== true);
  const least = columns.reduce(
    (sum, column) => sum + Number(/[\d.]+(?=rem)/.exec(column.width)?.[0] ?? 0) + GAP_REM,
    3,
  );
  const narrow_grid = {
    "--narrow": `${select}${narrow.map((column) => column.narrow ?? column.width.replace(/minmax\([\d.]+rem/, "minmax(0")).join(" ")}`,
    "--least": `${least}rem`,
  } as React.CSSProperties;
  return (
    <div
      ref={box}
      className={classes.box}
      style={{ ...grid, ...narrow_grid, maxHeight: props.height ?? "calc(100dvh - 14rem)" }}
      role="grid"
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      onKeyDown={(event) => moveFocus(event, box.current)}
    >
      <div className={classes.head} role="row" aria-rowindex={1}>
        {onSelect !== undefined && (
          <span role="columnheader">
            <Checkbox
              aria-label={t.table.select_all}
              checked={all}
              indeterminate={!all && (selected?.size ?? 0) > 0}
              onChange={() => onSelect(all ? new Set() : new Set(rows.map(rowKey)))}
            />
          </span>
        )}
        {columns.map((column) => (
          <span key={column.key} role="columnheader" data-align={column.align} data-wide={column.wide}>
            {column.title}
          </span>
        ))}
      </div>
      <div className={classes.body} style={{ height: virtual.getTotalSize() }} role="rowgroup">
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const key = rowKey(row);
          const link = props.rowLink?.(row);
          return (
            <div
              key={key}
              className={classes.row}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={selected?.has(key)}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {onSelect !== undefined && (
                <span role="gridcell">
                  <Checkbox
                    aria-label={t.table.select_row}
                    checked={selected?.has(key) ?? false}
                    onChange={() => toggle(key)}
                  />
                </span>
              )}
              {columns.map((column, index) => (
                <span key={column.key} role="gridcell" data-align={column.align} data-wide={column.wide}>
                  {index === 0 && link !== undefined ? (
                    <Link to={link.to as never} params={link.params as never} className={classes.link}>
                      {column.cell(row)}
                    </Link>
                  ) : (
                    column.cell(row)
                  )}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Arrow keys go from link to link. */
function moveFocus(event: KeyboardEvent, box: HTMLDivElement | null): void {
  if (box === null || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  const links = [...box.querySelectorAll<HTMLElement>(`.${classes.link}`)].sort(
    (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
  );
  if (links.length === 0) return;
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next = links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)))];
  event.preventDefault();
  next?.focus();
}
