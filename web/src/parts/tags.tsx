import classes from "./tags.module.css";

export function Tags({ tags }: { tags: Readonly<Record<string, string>> }) {
  const entries = Object.entries(tags);
  if (entries.length === 0) return <span>–</span>;
  return (
    <span className={classes.tags}>
      {entries.map(([key, value]) => (
        <span key={key} className={classes.tag} title={`${key}=${value}`}>
          <span className={classes.key}>{key}</span>={value}
        </span>
      ))}
    </span>
  );
}
