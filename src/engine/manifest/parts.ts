/** Readable without keys: what copying, locking and sweeping need. */
export interface PublicManifest {
  readonly repository_id: string;
  readonly backup_id: string;
  readonly created_at_ms: number;
  readonly expires_at_ms: number | null;
  readonly packs: readonly string[];
}

export interface ManifestStats {
  readonly files: number;
  readonly directories: number;
  readonly others: number;
  readonly source_bytes: number;
  readonly unchanged_files: number;
  readonly new_chunks: number;
  readonly new_bytes: number;
  readonly stored_bytes: number;
  readonly problems: number;
}

export interface PrivateManifest {
  readonly kind: string;
  /** Absolute paths, base64 of their bytes. */
  readonly roots: readonly string[];
  readonly tree?: string;
  readonly content?: string;
  readonly started_at_ms: number;
  readonly finished_at_ms: number;
  readonly parent_backup_id: string | null;
  readonly stats: ManifestStats;
  readonly problems: readonly { readonly path: string; readonly code: string; readonly message: string }[];
  readonly labels: Readonly<Record<string, string>>;
  /** Patterns that were left out, and whether other file systems were: what a restore must not take for deleted. */
  readonly exclude?: readonly string[];
  readonly one_file_system?: boolean;
  /** What the source said of itself. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly writer: string;
}

/**
 * Are the two JSON parts of a manifest what docs/format.md §9 says? They are believed only after the signature, so this
 * guards against writers that err, and keeps their mistakes apart from ours.
 */
type Check = (value: unknown) => boolean;
type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  value !== null && typeof value === "object" && !Array.isArray(value);
const isText: Check = (value) => typeof value === "string";
const isWhole: Check = (value) => Number.isSafeInteger(value);
const isHex: Check = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isList =
  (of: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(of);
const isMap =
  (of: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(of);
const isNullOr =
  (of: Check): Check =>
  (value) =>
    value === null || of(value);
const isOptional =
  (of: Check): Check =>
  (value) =>
    value === undefined || of(value);
const hasFields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    wrongField(value, checks) === undefined;

function wrongField(value: unknown, checks: Readonly<Record<string, Check>>): string | undefined {
  if (!isObject(value)) return "itself";
  return Object.entries(checks).find(([name, holds]) => !holds(value[name]))?.[0];
}

const PUBLIC = {
  repository_id: isText,
  backup_id: isText,
  created_at_ms: isWhole,
  expires_at_ms: isNullOr(isWhole),
  packs: isList(isHex),
};

const PRIVATE = {
  kind: isText,
  roots: isList(isText),
  tree: isOptional(isHex),
  content: isOptional(isText),
  started_at_ms: isWhole,
  finished_at_ms: isWhole,
  parent_backup_id: isNullOr(isText),
  stats: isMap(isWhole),
  problems: isList(hasFields({ path: isText, code: isText, message: isText })),
  labels: isMap(isText),
  exclude: isOptional(isList(isText)),
  one_file_system: isOptional((value) => typeof value === "boolean"),
  details: isOptional(isObject),
  writer: isText,
};

type Damaged = (what: string, cause?: unknown) => Error;

function parseText(text: string, checks: Readonly<Record<string, Check>>, part: string, damaged: Damaged): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(`its ${part} part is no JSON`, cause);
  }
  const wrong = wrongField(value, checks);
  if (wrong !== undefined) throw damaged(`its ${part} part has not what it should: ${wrong}`);
  return value;
}

/** @throws what `damaged` makes */
export const parsePublicPart = (text: string, damaged: Damaged): PublicManifest =>
  parseText(text, PUBLIC, "public", damaged) as PublicManifest;

/** @throws what `damaged` makes */
export const parsePrivatePart = (text: string, damaged: Damaged): PrivateManifest =>
  parseText(text, PRIVATE, "private", damaged) as PrivateManifest;
