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
import { sentencesText } from "../parts/format.ts";
import { t } from "../texts/index.ts";
import { knowsPasskeys, signInWithPasskey } from "./passkey.ts";
import { type SignedOutWhy, setSession } from "./session.ts";

type Way = "password" | "token";

/** By name and password, with a second factor where there is one, or by exchanging an API token. */
export function SignIn({ why }: { why: SignedOutWhy }) {
  const [way, setWay] = useState<Way>("token");
  const [name, setName] = useState("");
  const [secret, setSecret] = useState("");
  const [code, setCode] = useState("");
  const [challenge, setChallenge] = useState<string | null>(null);
  const [factors, setFactors] = useState<readonly string[]>([]);
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
    else {
      setFactors(answer.methods);
      setChallenge(answer.challenge);
    }
  };
  const enterWithPasskey = async () => {
    const { csrf_token, me } = await signInWithPasskey(challenge);
    setSession({ status: "in", csrf_token, me });
  };
  const attempt = async (way_in: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await way_in();
    } catch (error) {
      // What the browser throws is for programmers: cancelled, timed out, not there.
      setProblem(error instanceof Problem ? sentencesText(error.message, error.fix) : t.sign_in.passkey_failed);
    }
    setBusy(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void attempt(enter);
  };
  const asks_code = challenge !== null && factors.includes("totp");
  const offers_passkey = knowsPasskeys() && (challenge === null ? way === "password" : factors.includes("passkey"));

  return (
    <Center component="main" mih="100dvh" p="md" bg="var(--hf-ground)">
      <Paper withBorder p="xl" w="100%" maw={400}>
        <form onSubmit={submit}>
          <Stack>
            <div>
              <Title order={1}>{t.product}</Title>
              <Text c="dimmed" size="sm" mt={4}>
                {challenge === null
                  ? way === "token"
                    ? t.sign_in.lead
                    : t.sign_in.password_lead
                  : asks_code
                    ? t.sign_in.code_lead
                    : t.sign_in.passkey_lead}
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
            ) : asks_code ? (
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
            ) : null}
            {(challenge === null || asks_code) && (
              <Button type="submit" size="sm" loading={busy}>
                {t.sign_in.button}
              </Button>
            )}
            {offers_passkey && (
              <Button
                size="sm"
                variant={challenge === null || asks_code ? "default" : "filled"}
                leftSection={<Icon name="keys" size={14} />}
                disabled={busy}
                onClick={() => void attempt(enterWithPasskey)}
              >
                {challenge === null ? t.sign_in.passkey : t.sign_in.use_passkey}
              </Button>
            )}
            <Text size="xs" c="dimmed">
              {t.sign_in.kept}
            </Text>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
