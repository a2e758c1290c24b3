import { Button, Group, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useAddress, useId } from "../../app/address.ts";
import { backupQuery } from "../../api/queries.ts";
import { findFilesQuery, folderQuery } from "../../api/queries-business.ts";
import { bytesText, countText, shortText, stampText } from "../../parts/format.ts";
import { Icon, type IconName } from "../../parts/icons.tsx";
import { Answered, Empty, PageHead, Panel } from "../../parts/page.tsx";
import { DataTable } from "../../parts/table.tsx";
import { t } from "../../texts/index.ts";
import { contentAddress } from "./content.ts";
import classes from "./files.module.css";
import { type Entry, FilePreview } from "./preview.tsx";

/** Looks into a backup, folder by folder, without restoring it. The address holds the place. */
export function FilesPage() {
  const id = useId();
  const [{ path = "/", find }, set] = useAddress<"path" | "find">();
  const backup = useQuery(backupQuery(id));
  const [shown, setShown] = useState<Entry | null>(null);
  const [pages, setPages] = useState<readonly string[]>([]);
  const go = (to: string) => {
    setPages([]);
    set({ path: to === "/" ? undefined : to, find: undefined }, { replace: false });
  };
  const title =
    backup.data === undefined
      ? t.files.title
      : `${t.files.title}: ${backup.data.workload_name}, ${stampText(backup.data.created_at)}`;
  return (
    <>
      <PageHead
        title={title}
        lead={t.files.lead}
        above={<Link to={`/backups/${id}` as never}>{t.backups.title}</Link>}
        actions={
          <Button
            variant="default"
            component="a"
            href={contentAddress(id, path, "tar")}
            download=""
            leftSection={<Icon name="download" size={14} />}
          >
            {t.files.download_folder}
          </Button>
        }
      />
      <Crumbs path={path} go={go} />
      <div className="hf-filters">
        <TextInput
          key={find ?? ""}
          label={t.files.find}
          placeholder={t.files.find_hint}
          defaultValue={find ?? ""}
          w={300}
          onKeyDown={(event) => event.key === "Enter" && set({ find: event.currentTarget.value.trim() })}
          onBlur={(event) => set({ find: event.currentTarget.value.trim() })}
        />
      </div>
      {find === undefined ? (
        <Folder
          key={path}
          id={id}
          path={path}
          go={go}
          show={setShown}
          tokens={pages}
          more={(token) => setPages([...pages, token])}
        />
      ) : (
        <Found id={id} path={path} name={find} go={go} show={setShown} />
      )}
      {shown !== null && backup.data !== undefined && (
        <FilePreview backup_id={id} workload_id={backup.data.workload_id} entry={shown} close={() => setShown(null)} />
      )}
    </>
  );
}

function Crumbs({ path, go }: { path: string; go: (to: string) => void }) {
  const names = path.split("/").filter(Boolean);
  return (
    <nav className={classes.crumbs} aria-label={t.files.title}>
      <button type="button" className={classes.crumb} onClick={() => go("/")}>
        {t.files.top}
      </button>
      {names.map((name, index) => (
        <span key={index}>
          /
          <button
            type="button"
            className={classes.crumb}
            aria-current={index === names.length - 1 ? "page" : undefined}
            onClick={() => go(`/${names.slice(0, index + 1).join("/")}`)}
          >
            {name}
          </button>
        </span>
      ))}
    </nav>
  );
}

interface Looking {
  readonly id: string;
  readonly path: string;
  readonly go: (to: string) => void;
  readonly show: (entry: Entry) => void;
}

/** A folder; the pages asked for so far under each other. */
function Folder(props: Looking & { tokens: readonly string[]; more: (token: string) => void }) {
  const [last] = props.tokens.slice(-1);
  const query = useQuery(folderQuery(props.id, props.path, last));
  return (
    <Answered query={query} rows={8}>
      {({ items, next_page_token }) =>
        items.length === 0 ? (
          <Panel>
            <Empty title={t.files.empty} />
          </Panel>
        ) : (
          <>
            <Entries {...props} items={items} />
            {next_page_token !== null && (
              <Group mt="sm">
                <Button variant="default" onClick={() => props.more(next_page_token)}>
                  {t.files.more}
                </Button>
              </Group>
            )}
          </>
        )
      }
    </Answered>
  );
}

function Found(props: Looking & { name: string }) {
  const query = useQuery(findFilesQuery(props.id, props.path, props.name));
  return (
    <Answered query={query} rows={8}>
      {({ items, complete }) =>
        items.length === 0 ? (
          <Panel>
            <Empty icon="search" title={t.files.none_found} />
          </Panel>
        ) : (
          <>
            <Text size="sm" c="dimmed" mb="xs" role="status">
              {t.files.found(countText(items.length), complete)}
            </Text>
            <Entries {...props} items={items.map((it) => ({ ...it, mtime_ns: "", xattrs: [] }))} whole />
          </>
        )
      }
    </Answered>
  );
}

function Entries(props: Looking & { items: readonly Entry[]; whole?: boolean }) {
  const { go, show } = props;
  return (
    <DataTable
      label={t.files.title}
      rows={props.items}
      rowKey={(it) => it.path}
      height="calc(100dvh - 18rem)"
      columns={[
        {
          key: "n",
          title: t.files.name,
          width: "minmax(9rem, 3fr)",
          cell: (it) => (
            <button
              type="button"
              className={`hf-row-button ${classes.name}`}
              onClick={() => (it.type === "directory" ? go(it.path) : show(it))}
            >
              <Icon name={iconOf(it)} size={14} />
              {props.whole === true ? it.path : it.name}
            </button>
          ),
        },
        {
          key: "s",
          title: t.files.size,
          width: "5.5rem",
          narrow: "4.25rem",
          align: "end",
          cell: (it) => (it.type === "file" ? bytesText(it.size_bytes) : ""),
        },
        {
          key: "m",
          title: t.files.mode,
          width: "4rem",
          wide: true,
          cell: (it) => <span className="hf-mono">{it.mode}</span>,
        },
        { key: "o", title: t.files.owner, width: "7rem", wide: true, cell: (it) => `${it.uid}:${it.gid}` },
        { key: "t", title: t.files.modified, width: "8.5rem", wide: true, cell: (it) => shortText(it.modified_at) },
        {
          key: "d",
          title: "",
          width: "2.5rem",
          align: "end",
          cell: (it) =>
            it.type === "file" || it.type === "directory" ? (
              <a
                href={contentAddress(props.id, it.path, it.type === "directory" ? "tar" : "raw")}
                download=""
                aria-label={`${t.files.download}: ${it.name}`}
                className="hf-icon-link"
              >
                <Icon name="download" size={14} />
              </a>
            ) : null,
        },
      ]}
    />
  );
}

function iconOf({ type }: Entry): IconName {
  return type === "directory" ? "folder" : type === "symlink" ? "next" : "file";
}
