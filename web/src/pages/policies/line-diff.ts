export interface DiffLine {
  readonly kind: " " | "+" | "-";
  readonly text: string;
}

/** What changed from one text to the other, line by line: the longest common sequence stays. */
export function diffLines(before_text: string, after_text: string): DiffLine[] {
  const before = before_text.trimEnd().split("\n");
  const after = after_text.trimEnd().split("\n");
  // length[i][j]: of the longest common sequence of before[i…] and after[j…].
  const length = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  const at = (i: number, j: number) => length[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = length[i];
      if (row !== undefined)
        row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old_line, new_line] = [before[i], after[j]];
    if (old_line !== undefined && old_line === new_line) {
      lines.push({ kind: " ", text: old_line });
      i++;
      j++;
    } else if (old_line !== undefined && (new_line === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: "-", text: old_line });
      i++;
    } else {
      lines.push({ kind: "+", text: new_line ?? "" });
      j++;
    }
  }
  return lines;
}
