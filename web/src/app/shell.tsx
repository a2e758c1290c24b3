import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  NavLink,
  ScrollArea,
  Text,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Icon } from "../parts/icons.tsx";
import { t } from "../texts/index.ts";
import { useEvents, useLink } from "./events.ts";
import { leave } from "./leave.ts";
import { NAV } from "./nav.ts";
import { permits, type Session, useSession } from "./session.ts";
import classes from "./shell.module.css";

/** The frame around every page: menu, palette, the state of the connection. */
export function Shell() {
  useEvents();
  const session = useSession();
  const [opened, { toggle, close }] = useDisclosure(false);
  // Here and not with the palette, which is loaded later: a key pressed before that would be lost.
  useHotkeys([
    ["mod+K", spotlight.open],
    ["/", spotlight.open],
  ]);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    close();
    // Where one is stands in sight, also at the end of a menu that is longer than the window.
    menu.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest" });
  }, [path, close]);
  return (
    <AppShell
      header={{ height: 44 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={0}
      classNames={{ header: classes.header, navbar: classes.navbar, main: classes.main }}
    >
      <a href="#page" className={classes.skip}>
        {t.nav.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" justify="space-between" wrap="nowrap" gap="sm">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t.nav.open_menu} />
            <Link to="/" className={classes.brand}>
              <img src="/icon.svg" width={20} height={20} alt="" />
              <span>{t.product}</span>
            </Link>
          </Group>
          <UnstyledButton className={classes.palette} onClick={spotlight.open}>
            <Icon name="search" size={14} />
            <span className={classes.palette_text}>{t.shell.palette}</span>
            <kbd className={classes.key}>{t.shell.palette_key}</kbd>
          </UnstyledButton>
          <Group gap={6} wrap="nowrap">
            <LinkState />
            <SchemeSwitch />
            <Tooltip label={t.shell.account}>
              <ActionIcon variant="subtle" color="gray" aria-label={t.shell.account} component={Link} to="/account">
                <Icon name="people" />
              </ActionIcon>
            </Tooltip>
            <SignOut session={session} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t.nav.label}>
        <ScrollArea className={classes.scroll} scrollbarSize={6} viewportRef={menu}>
          {NAV.map(({ title, items }) => ({
            title,
            items: items.filter(({ scope }) => session.status === "in" && permits(session.me, scope)),
          })).map(({ title, items }) =>
            items.length === 0 ? null : (
              <div key={title ?? ""} className={classes.group}>
                {title !== null && <div className={classes.group_title}>{title}</div>}
                {items.map(({ to, label, icon, also }) => (
                  <NavLink
                    key={to}
                    component={Link}
                    to={to}
                    label={label}
                    leftSection={<Icon name={icon} />}
                    active={
                      (to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`)) ||
                      (also !== undefined && path.startsWith(also))
                    }
                    className={classes.item}
                  />
                ))}
              </div>
            ),
          )}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <div className={classes.page}>
          <Outlet />
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

function SignOut({ session }: { session: Session }) {
  const name = session.status === "in" ? session.me.display_name : "";
  return (
    <Tooltip label={`${t.shell.sign_out} (${t.shell.signed_in_as(name)})`}>
      <ActionIcon variant="subtle" color="gray" aria-label={t.shell.sign_out} onClick={() => void leave()}>
        <Icon name="out" />
      </ActionIcon>
    </Tooltip>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const label = scheme === "dark" ? t.shell.to_light : t.shell.to_dark;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={() => setColorScheme(scheme === "dark" ? "light" : "dark")}
      >
        <Icon name={scheme === "dark" ? "sun" : "moon"} />
      </ActionIcon>
    </Tooltip>
  );
}

function LinkState() {
  const link = useLink();
  const [word, hint] = {
    live: [t.shell.live, t.shell.live_hint],
    connecting: [t.shell.connecting, t.shell.connecting_hint],
    lost: [t.shell.lost, t.shell.lost_hint],
  }[link];
  return (
    <Tooltip label={hint}>
      <span className={classes.link_state} data-link={link} role="status">
        <span className={classes.dot} aria-hidden="true" />
        <Text span size="xs" className={link === "lost" ? undefined : classes.link_word}>
          {word}
        </Text>
      </span>
    </Tooltip>
  );
}
