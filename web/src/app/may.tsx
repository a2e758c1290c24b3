import { Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { t } from "../texts/index.ts";
import { useMay } from "./session.ts";

/** What a role may not do is not there. */
export function IfMay({ scope, children }: { scope: string; children: ReactNode }) {
  return useMay(scope) ? <>{children}</> : null;
}

/** What a role may not do is there and says why: for what somebody would look for. */
export function MayOrWhy({ scope, children }: { scope: string; children: (allowed: boolean) => ReactNode }) {
  const allowed = useMay(scope);
  return allowed ? (
    <>{children(true)}</>
  ) : (
    <Tooltip label={t.common.not_allowed(scope)}>
      <span>{children(false)}</span>
    </Tooltip>
  );
}
