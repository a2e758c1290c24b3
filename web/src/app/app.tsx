import { Button, Center } from "@mantine/core";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { api, Problem, take } from "../api/client.ts";
import { Failed } from "../parts/page.tsx";
import { t } from "../texts/index.ts";
import { queryClient } from "./query.ts";
import { router } from "./router.tsx";
import { setSession, useSession } from "./session.ts";
import { SignIn } from "./sign-in.tsx";
import { Toasts } from "./toasts.tsx";

const Palette = lazy(() => import("./palette.tsx"));

/** Asks the server who this browser is; then the pages, or the door. */
export function App() {
  const session = useSession();
  const [problem, setProblem] = useState<unknown>(null);
  const ask = useCallback(async () => {
    setProblem(null);
    try {
      const { csrf_token, me } = await take(api.GET("/v1/session"));
      setSession({ status: "in", csrf_token, me });
    } catch (error) {
      if (error instanceof Problem && error.status === 401) setSession({ status: "out", why: null });
      else setProblem(error);
    }
  }, []);
  useEffect(() => void ask(), [ask]);
  useEffect(() => {
    // What one person has read is not shown to the next.
    if (session.status === "out") queryClient.clear();
  }, [session.status]);
  if (session.status === "out") return <SignIn why={session.why} />;
  if (session.status === "unknown") {
    if (problem === null) return null;
    return (
      <Center mih="100dvh" p="md">
        <div>
          <Failed error={problem} />
          <Button mt="sm" onClick={() => void ask()}>
            {t.common.retry}
          </Button>
        </div>
      </Center>
    );
  }
  return (
    <>
      <RouterProvider router={router} />
      <Suspense>
        <Palette />
      </Suspense>
      <Toasts />
    </>
  );
}
