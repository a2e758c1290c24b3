import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { href } from "../../app/href.ts";
import { IfMay } from "../../app/may.tsx";
import type { Answer } from "../../api/types.ts";
import { bytesText } from "../../parts/format.ts";
import { Icon } from "../../parts/icons.tsx";
import { Answered, Facts } from "../../parts/page.tsx";
import { Stamp } from "../../parts/time.tsx";
import { t } from "../../texts/index.ts";
import { contentAddress, contentQuery, PREVIEW_BYTES, pictureType, readable } from "./content.ts";
import classes from "./files.module.css";

export type Entry = Answer<"/v1/backups/{id}/files">["items"][number];

/** Files inside images are downloaded; a restore knows the files of the backup itself. */
const INSIDE_IMAGE = /^\/(vm|volume)\/.*\/filesystems(\/|$)/;

/** One entry: what it is, what is in it, and how to get it. */
export function FilePreview(props: { backup_id: string; workload_id: string; entry: Entry; close: () => void }) {
  const { backup_id, entry, close } = props;
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={<span className="hf-wrap">{entry.name}</span>}
      closeButtonProps={{ "aria-label": t.common.close }}
    >
      <Stack gap="sm">
        <Facts
          rows={[
            [t.files.details, t.files.types[entry.type] ?? entry.type],
            [t.files.size, bytesText(entry.size_bytes)],
            [t.files.mode, entry.mode],
            [t.files.owner, `${entry.uid}:${entry.gid}`],
            [t.files.modified, <Stamp key="m" at={entry.modified_at} />],
            entry.target === null
              ? null
              : [
                  t.files.link_to,
                  <span key="l" className="hf-mono">
                    {entry.target}
                  </span>,
                ],
            entry.xattrs.length === 0 ? null : [t.files.attributes, entry.xattrs.map(({ name }) => name).join(", ")],
          ]}
        />
        {entry.type === "file" && entry.size_bytes > 0 && <Content backup_id={backup_id} entry={entry} />}
        <Group gap="xs">
          {entry.type === "file" && (
            <Button
              component="a"
              href={contentAddress(backup_id, entry.path, "raw")}
              download={entry.name}
              leftSection={<Icon name="download" size={14} />}
            >
              {t.files.download}
            </Button>
          )}
          {!INSIDE_IMAGE.test(entry.path) && (
            <IfMay scope="restores:write">
              <Button
                variant="default"
                component={Link}
                {...href(
                  `/restore?${new URLSearchParams({
                    workload: props.workload_id,
                    backup: backup_id,
                    paths: entry.path,
                    step: "where",
                  })}`,
                )}
                leftSection={<Icon name="restore" size={14} />}
              >
                {t.files.restore_this}
              </Button>
            </IfMay>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Content({ backup_id, entry }: { backup_id: string; entry: Entry }) {
  const type = pictureType(entry.name, entry.size_bytes);
  const query = useQuery(contentQuery(backup_id, entry.path, type !== null));
  return (
    <Answered query={query}>
      {(bytes) =>
        type === null ? <Readable bytes={bytes} entry={entry} /> : <Picture bytes={bytes} type={type} of={entry} />
      }
    </Answered>
  );
}

function Readable({ bytes, entry }: { bytes: Uint8Array; entry: Entry }) {
  const { text, binary } = readable(bytes);
  return (
    <div>
      <pre className={classes.text} tabIndex={0} aria-label={`${t.files.preview}: ${entry.name}`}>
        {text}
      </pre>
      {(binary || entry.size_bytes > PREVIEW_BYTES) && (
        <Text size="xs" c="dimmed">
          {binary ? t.files.binary : t.files.too_big(bytesText(PREVIEW_BYTES))}
        </Text>
      )}
    </div>
  );
}

function Picture({ bytes, type, of }: { bytes: Uint8Array<ArrayBuffer>; type: string; of: Entry }) {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, type]);
  return address === null ? null : (
    <img src={address} alt={`${t.files.picture}: ${of.name}`} className={classes.picture} />
  );
}
