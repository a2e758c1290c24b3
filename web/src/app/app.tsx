import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { queryClient } from "./query.ts";
import { router } from "./router.tsx";
import { useToken } from "./session.ts";
import { SignIn } from "./sign-in.tsx";
import { Toasts } from "./toasts.tsx";

const Palette = lazy(() => import("./palette.tsx"));

export function App() {
  const token = useToken();
  useEffect(() => {
    // What one person has read is not shown to the next.
    if (token === null) queryClient.clear();
  }, [token]);
  if (token === null) return <SignIn />;
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
