/** Icons are drawn here, 16 × 16 with a stroke of 1.5, so that nothing has to be fetched. */
const PATHS = {
  overview: "M2.5 9.5h4v4h-4zM2.5 2.5h4v4h-4zM9.5 2.5h4v6h-4zM9.5 11.5h4v2h-4z",
  workloads: "M2.5 3.5h11v4h-11zM2.5 9.5h11v4h-11zM5 5.5h.01M5 11.5h.01",
  policies: "M4 2.5h6l2.5 2.5v8.5H4zM9.5 2.5V5.5h3M6 8.5h4.5M6 11h4.5",
  backups:
    "M8 2.5c3 0 5 .9 5 2v7c0 1.1-2 2-5 2s-5-.9-5-2v-7c0-1.1 2-2 5-2zM3 4.500c0 1.1 2 2 5 2s5-.9 5-2M3 8c0 1.1 2 2 5 2s5-.9 5-2",
  restore: "M3 8a5 5 0 1 0 1.6-3.700M4.5 1.800v2.700h2.700M8 5.500V8l1.8 1.2",
  jobs: "M2.5 4.500h2M2.5 8h2M2.5 11.500h2M7 4.500h6.500M7 8h6.500M7 11.500h6.5",
  regions: "M8 14s4.5-3.9 4.5-7.500a4.5 4.5 0 0 0-9 0C3.5 10.1 8 14 8 14zM8 8a1.6 1.6 0 1 0 0-3.200A1.6 1.6 0 0 0 8 8z",
  alerts:
    "M8 2.500c-2.5 0-4 1.9-4 4.2 0 3-1.5 4.3-1.5 4.300h11S12 9.7 12 6.700c0-2.3-1.5-4.2-4-4.200zM6.7 13.300c.3.4.8.7 1.3.700s1-.3 1.3-.7",
  drills: "M8 2.5 13.5 5v3.200c0 2.9-2.3 4.7-5.5 5.8-3.2-1.1-5.5-2.9-5.5-5.800V5zM5.7 8l1.7 1.700L10.5 6.5",
  keys: "M9.8 9.200a3.5 3.5 0 1 0-3-3L2.5 10.500v3h3v-1.800h1.800V10h1.500zM10.5 5.500h.01",
  reports: "M3 13.500v-11h7L13 5.500v8zM5.5 11V9M8 11V6.500M10.5 11V8",
  audit: "M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM10.6 10.6 14 14",
  people:
    "M6 7.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13.500c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M11 7.300a2.2 2.2 0 0 0 0-4.300M12 9.700c1.5.5 2.5 1.8 2.5 3.8",
  usage: "M2.5 13.500h11M4 11V8M7 11V4.500M10 11V6.500M13 11V3",
  check: "M3 8.5 6.5 12 13 4.5",
  cross: "M4 4l8 8M12 4l-8 8",
  warning: "M8 2.5 14.5 13.500h-13zM8 6.500v3.500M8 12h.01",
  running: "M8 2.500a5.5 5.5 0 1 1-5.5 5.5",
  waiting: "M8 13.500a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM8 5v3.200l2 1.3",
  skipped: "M4 8h8",
  lock: "M4 7.500h8v6H4zM5.5 7.500V5a2.5 2.5 0 0 1 5 0v2.5",
  copy: "M5.5 5.500h8v8h-8zM3.5 10.500h-1v-8h8v1",
  search: "M7 12a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM10.6 10.6 14 14",
  plus: "M8 3v10M3 8h10",
  play: "M4.5 3v10l8-5z",
  trash: "M3 4.500h10M6 4.500v-2h4v2M4.5 4.500l.5 9h6l.5-9",
  sun: "M8 10.800a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.600zM8 1.500v1.300M8 13.200v1.300M1.5 8h1.300M13.2 8h1.300M3.4 3.400l.9.9M11.7 11.700l.9.9M3.4 12.600l.9-.9M11.7 4.300l.9-.9",
  moon: "M13.5 9.300A5.7 5.7 0 0 1 6.7 2.500a5.7 5.7 0 1 0 6.8 6.800z",
  menu: "M2.5 4.500h11M2.5 8h11M2.5 11.500h11",
  out: "M6.5 13.500h-3v-11h3M10 11l3-3-3-3M13 8H6",
  next: "M6 3.5 10.5 8 6 12.5",
  back: "M10 3.5 5.5 8 10 12.5",
  tiers: "M3 3.5h10v3H3zM4.5 6.5h7v3h-7zM6 9.5h4v3H6z",
  approve: "M2.5 3.5h11v7H8l-3 3v-3H2.5zM5.5 7l1.700 1.700L10.5 5.500",
  price:
    "M8 2.500v11M11 4.800C10.300 4 9.300 3.700 8 3.700c-1.800 0-3 .8-3 2.100 0 3 6.200 1.300 6.200 4.300 0 1.400-1.300 2.200-3.200 2.200-1.500 0-2.700-.5-3.400-1.400",
  down: "M3.5 6 8 10.5 12.5 6",
  edit: "M3 13l.6-2.900L10.7 3l2.3 2.3-7.1 7.100z",
  file: "M4 2.500h5l3 3v8H4zM9 2.500v3h3",
  folder: "M2 4.500h4.500l1.5 1.500h6v7H2z",
  download: "M8 2.500v7.500M5 7.500l3 3 3-3M3 13.500h10",
  tag: "M2.5 2.500h5.500l6 6-5.5 5.5-6-6zM5.5 5.500h.01",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16, className }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
