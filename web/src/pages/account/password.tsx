import { PasswordInput, Text } from "@mantine/core";
import { Problem } from "../../api/client.ts";
import { Failed } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";

export function Password({ value, change }: { value: string; change: (next: string) => void }) {
  return (
    <PasswordInput
      label={t.account.password}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
      autoComplete="current-password"
      visibilityToggleButtonProps={{ "aria-label": t.sign_in.show }}
    />
  );
}

/** What the server says; what the browser says of a ceremony that was broken off is for programmers. */
export function Told({ error }: { error: unknown }) {
  return error instanceof Problem ? <Failed error={error} /> : <Text size="sm">{t.sign_in.passkey_failed}</Text>;
}
