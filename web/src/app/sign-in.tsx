import { Alert, Button, Center, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { api } from "../api/client.ts";
import { Icon } from "../parts/icons.tsx";
import { t } from "../texts/index.ts";
import { signIn, whySignedOut } from "./session.ts";

export function SignIn() {
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(whySignedOut() === "expired" ? t.sign_in.expired : null);
  useEffect(() => {
    document.title = `${t.sign_in.title} · Holdfast`;
  }, []);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const secret = token.trim();
    try {
      // Any question will do: what counts is whether the server knows the token.
      const headers = { authorization: `Bearer ${secret}` };
      const { response } = await api.GET("/v1/regions", { headers, params: { query: { page_size: 1 } } });
      if (response.status === 401) setProblem(t.sign_in.wrong);
      else if (response.ok || response.status === 403) return signIn(secret);
      else setProblem(t.sign_in.unreachable);
    } catch {
      setProblem(t.sign_in.unreachable);
    }
    setBusy(false);
  };

  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" w="100%" maw={400} bg="var(--hf-panel)">
        <form onSubmit={(event) => void submit(event)}>
          <Stack>
            <div>
              <Title order={1}>{t.product}</Title>
              <Text c="dimmed" size="sm" mt={4}>
                {t.sign_in.lead}
              </Text>
            </div>
            {problem !== null && (
              <Alert color="red" variant="outline" icon={<Icon name="warning" />} role="alert">
                {problem}
              </Alert>
            )}
            <PasswordInput
              label={t.sign_in.token}
              placeholder={t.sign_in.token_hint}
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              autoFocus
              autoComplete="current-password"
              required
              data-autofocus
              visibilityToggleButtonProps={{ "aria-label": "Show the token" }}
            />
            <Button type="submit" size="sm" loading={busy} disabled={token.trim() === ""}>
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
