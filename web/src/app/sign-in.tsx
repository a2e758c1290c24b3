import {
  Alert,
  Button,
  Center,
  Paper,
  PasswordInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { api, Problem, take } from "../api/client.ts";
import { Icon } from "../parts/icons.tsx";
import { t } from "../texts/index.ts";
import { type SignedOutWhy, setSession } from "./session.ts";

type Way = "password" | "token";

/** By name and password, with a second factor where there is one, or by exchanging an API token. */
export function SignIn({ why }: { why: SignedOutWhy }) {
  const [way, setWay] = useState<Way>("token");
  const [name, setName] = useState("");
  const [secret, setSecret] = useState("");
  const [code, setCode] = useState("");
  const [challenge, setChallenge] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(why === "expired" ? t.sign_in.expired : null);
  useEffect(() => {
    document.title = `${t.sign_in.title} · Holdfast`;
  }, []);

  const enter = async () => {
    if (challenge !== null) {
      const { csrf_token, me } = await take(api.POST("/v1/session/totp", { body: { challenge, code } }));
      setSession({ status: "in", csrf_token, me });
      return;
    }
    const body = way === "token" ? { token: secret.trim() } : { name, password: secret };
    const answer = await take(api.POST("/v1/session", { body }));
    if (answer.status === "signed_in") setSession({ status: "in", csrf_token: answer.csrf_token, me: answer.me });
    else setChallenge(answer.challenge);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await enter();
    } catch (error) {
      setProblem(error instanceof Problem ? `${error.message} ${error.fix}` : String(error));
    }
    setBusy(false);
  };

  return (
    <Center component="main" mih="100dvh" p="md" bg="var(--hf-ground)">
      <Paper withBorder p="xl" w="100%" maw={400}>
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <div>
              <Title order={1}>{t.product}</Title>
              <Text c="dimmed" size="sm" mt={4}>
                {challenge !== null ? t.sign_in.code_lead : way === "token" ? t.sign_in.lead : t.sign_in.password_lead}
              </Text>
            </div>
            {problem !== null && (
              <Alert color="red" variant="outline" icon={<Icon name="warning" />} role="alert">
                {problem}
              </Alert>
            )}
            {challenge === null ? (
              <>
                <SegmentedControl
                  aria-label={t.sign_in.way}
                  data={[
                    { value: "token", label: t.sign_in.token },
                    { value: "password", label: t.sign_in.password },
                  ]}
                  value={way}
                  onChange={(next) => setWay(next as Way)}
                />
                {way === "password" && (
                  <TextInput
                    size="sm"
                    label={t.sign_in.name}
                    value={name}
                    onChange={(event) => setName(event.currentTarget.value)}
                    autoComplete="username"
                    required
                  />
                )}
                <PasswordInput
                  label={way === "token" ? t.sign_in.token : t.sign_in.password}
                  placeholder={way === "token" ? t.sign_in.token_hint : undefined}
                  value={secret}
                  onChange={(event) => setSecret(event.currentTarget.value)}
                  autoComplete="current-password"
                  required
                  visibilityToggleButtonProps={{ "aria-label": t.sign_in.show }}
                />
              </>
            ) : (
              <TextInput
                size="sm"
                label={t.sign_in.code}
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
                autoComplete="one-time-code"
                inputMode="numeric"
                autoFocus
                required
              />
            )}
            <Button type="submit" size="sm" loading={busy}>
              {t.sign_in.button}
            </Button>
            <Text size="xs" c="dimmed">
              {t.sign_in.kept}
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
