import { Anchor, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type Me, setSession } from "../../app/session.ts";
import { sayDone } from "../../app/toasts.tsx";
import { api, newKey, take } from "../../api/client.ts";
import { Command, Facts, Failed, Panel } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import { Password } from "./password.tsx";

/** Codes of an authenticator app, as the second factor: set up, put in place of another, taken away. */
export function Authenticator({ me, csrf_token }: { me: Me; csrf_token: string }) {
  const [doing, setDoing] = useState<"setting" | "removing" | null>(null);
  const done = (totp: boolean, said: string) => {
    setSession({ status: "in", csrf_token, me: { ...me, totp } });
    sayDone(said);
    setDoing(null);
  };
  return (
    <Panel title={t.account.second_factor}>
      <Text size="sm" c="dimmed" pb="xs">
        {t.account.app_lead}
      </Text>
      <Facts rows={[[t.account.second_factor, me.totp ? t.account.set : t.account.unset]]} />
      <Group pt="xs">
        <Button variant="default" onClick={() => setDoing("setting")}>
          {me.totp ? t.account.app_again : t.account.app_set_up}
        </Button>
        {me.totp && (
          <Button variant="default" onClick={() => setDoing("removing")}>
            {t.account.app_remove}
          </Button>
        )}
      </Group>
      {doing === "setting" && <SetUp close={() => setDoing(null)} done={() => done(true, t.account.app_is_set)} />}
      {doing === "removing" && <Remove close={() => setDoing(null)} done={() => done(false, t.account.app_removed)} />}
    </Panel>
  );
}

/** First the password, then the secret for the app, then a code that shows the app has it. */
function SetUp({ close, done }: { close: () => void; done: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const begin = useMutation({
    mutationFn: () => take(api.POST("/v1/me/totp", { params: { header: newKey() }, body: { password } })),
  });
  const confirm = useMutation({
    mutationFn: () => take(api.POST("/v1/me/totp/confirm", { params: { header: newKey() }, body: { code } })),
    onSuccess: done,
  });
  const secret = begin.data?.secret ?? null;
  return (
    <Modal opened onClose={close} title={t.account.app_set_up} closeButtonProps={{ "aria-label": t.common.close }}>
      {secret === null ? (
        <Stack>
          <Password value={password} change={setPassword} />
          {begin.error !== null && <Failed error={begin.error} />}
          <Button disabled={password === ""} loading={begin.isPending} onClick={() => begin.mutate()}>
            {t.account.app_next}
          </Button>
        </Stack>
      ) : (
        <Stack>
          <Text size="sm">{t.account.app_type}</Text>
          <Command>{secret.replace(/(.{4})(?=.)/g, "$1 ")}</Command>
          <Anchor size="sm" href={begin.data?.uri ?? ""}>
            {t.account.app_here}
          </Anchor>
          <TextInput
            label={t.account.app_code}
            description={t.account.app_code_hint}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value.replace(/\s/g, ""))}
            inputMode="numeric"
            autoComplete="one-time-code"
            data-autofocus
          />
          {confirm.error !== null && <Failed error={confirm.error} />}
          <Button disabled={!/^\d{6}$/.test(code)} loading={confirm.isPending} onClick={() => confirm.mutate()}>
            {t.account.app_confirm}
          </Button>
        </Stack>
      )}
    </Modal>
  );
}

function Remove({ close, done }: { close: () => void; done: () => void }) {
  const [password, setPassword] = useState("");
  const remove = useMutation({
    mutationFn: () => take(api.POST("/v1/me/totp/remove", { params: { header: newKey() }, body: { password } })),
    onSuccess: done,
  });
  return (
    <Modal opened onClose={close} title={t.account.app_remove} closeButtonProps={{ "aria-label": t.common.close }}>
      <Stack>
        <Text size="sm">{t.account.app_remove_lead}</Text>
        <Password value={password} change={setPassword} />
        {remove.error !== null && <Failed error={remove.error} />}
        <Button color="red" disabled={password === ""} loading={remove.isPending} onClick={() => remove.mutate()}>
          {t.account.remove}
        </Button>
      </Stack>
    </Modal>
  );
}
