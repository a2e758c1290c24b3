import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from "react";
import classes from "./drag-line.module.css";

export interface DragLineProps {
  /** What is dragged, for who cannot see it. */
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** What an arrow key moves it by, and what the page keys do. */
  readonly step: number;
  readonly leap: number;
  /** The value in words: what is read out. */
  readonly text: string;
  /** Where a value stands on the line, 0 to 1, and the value at a place of it. */
  readonly toShare: (value: number) => number;
  readonly fromShare: (share: number) => number;
  readonly onChange: (value: number) => void;
  readonly disabled?: boolean;
  /** Drawn on the line, below the handle. */
  readonly children?: ReactNode;
}

/**
 * A line with a handle to drag: by pointer anywhere on the line, by arrow keys, page keys, Home and End. The line need
 * not be even: what is drawn says where a value stands.
 */
export function DragLine(props: DragLineProps) {
  const { value, min, max, step, leap, disabled = false, onChange } = props;
  const line = useRef<HTMLDivElement>(null);
  const set = (next: number) => {
    const bounded = Math.min(Math.max(max, value), Math.max(min, next));
    if (bounded !== value) onChange(bounded);
  };
  const follow = (event: PointerEvent<HTMLDivElement>) => {
    const box = line.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return;
    set(props.fromShare(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width))));
  };
  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    const next = keyed(event.key, { value, min, max, step, leap });
    if (next === undefined || disabled) return;
    event.preventDefault();
    set(next);
  };
  return (
    <div
      ref={line}
      className={classes.line}
      data-disabled={disabled}
      onPointerDown={(event) => {
        if (disabled || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.querySelector<HTMLElement>('[role="slider"]')?.focus();
        follow(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event);
      }}
    >
      {props.children}
      <div
        role="slider"
        tabIndex={disabled ? -1 : 0}
        className={classes.handle}
        style={{ left: `${props.toShare(value) * 100}%` }}
        aria-label={props.label}
        aria-valuemin={min}
        aria-valuemax={Math.max(max, value)}
        aria-valuenow={value}
        aria-valuetext={props.text}
        aria-disabled={disabled}
        onKeyDown={press}
      />
    </div>
  );
}

function keyed(
  key: string,
  { value, min, max, step, leap }: Pick<DragLineProps, "value" | "min" | "max" | "step" | "leap">,
): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowRight: value + step,
    ArrowUp: value + step,
    ArrowLeft: value - step,
    ArrowDown: value - step,
    PageUp: value + leap,
    PageDown: value - leap,
    Home: min,
    End: max,
  };
  return moves[key];
}
