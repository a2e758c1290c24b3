import { Link, useNavigate } from "@tanstack/react-router";
import { href } from "../../app/href.ts";
import { sayDone } from "../../app/toasts.tsx";
import { PageHead } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import { PolicyEditor } from "./editor.tsx";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const START = `name: my-policy
timezone: ${zone === "" ? "UTC" : zone}
schedule:
  daily: "02:00"
retention:
  daily: 7
  weekly: 5
`;

export function NewPolicyPage() {
  const navigate = useNavigate();
  return (
    <>
      <PageHead title={t.policies.new_title} above={<Link to="/policies">{t.policies.title}</Link>} />
      <PolicyEditor
        initial={START}
        onSaved={(saved) => {
          sayDone(t.policies.saved(saved.name, saved.version));
          void navigate(href(`/policies/${saved.name}?tab=attachments`));
        }}
      />
    </>
  );
}
