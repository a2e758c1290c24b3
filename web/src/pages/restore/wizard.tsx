import { Stepper } from "@mantine/core";
import { useAddress } from "../../app/address.ts";
import { PageHead, Panel } from "../../parts/page.tsx";
import { t } from "../../texts/index.ts";
import { CheckStep } from "./check-step.tsx";
import { WhatStep } from "./what-step.tsx";
import { WhenStep } from "./when-step.tsx";
import { WhereStep } from "./where-step.tsx";
import classes from "./restore.module.css";

export type WizardKey =
  | "step"
  | "workload"
  | "backup"
  | "mode"
  | "path"
  | "name"
  | "region"
  | "paths"
  | "replace"
  | "extra"
  | "to_time"
  | "data_dir";

const STEPS = ["what", "when", "where", "check"] as const;

/** Question by question; every answer stands in the address, so a link or a reload goes on where it was. */
export function RestorePage() {
  const [search, set] = useAddress<WizardKey>();
  const step = stepOf(search);
  const at = STEPS.indexOf(step);
  return (
    <>
      <PageHead title={t.restore.title} lead={t.restore.lead} />
      <Panel>
        <Stepper
          active={at}
          size="xs"
          mb="md"
          wrap={false}
          classNames={{ step: classes.step, stepBody: classes.step_words, separator: classes.step_line }}
          allowNextStepsSelect={false}
          onStepClick={(index) => set({ step: STEPS[index] }, { replace: false })}
        >
          {t.restore.steps.map((label) => (
            <Stepper.Step key={label} label={label} />
          ))}
        </Stepper>
        {step === "what" && <WhatStep />}
        {step === "when" && <WhenStep />}
        {step === "where" && <WhereStep />}
        {step === "check" && <CheckStep />}
      </Panel>
    </>
  );
}

/** No further than what is answered. */
function stepOf(search: { readonly [Key in WizardKey]?: string }): (typeof STEPS)[number] {
  if (search.workload === undefined) return "what";
  if (search.backup === undefined) return search.step === "what" ? "what" : "when";
  if (search.mode === undefined && search.step === "check") return "where";
  return STEPS.find((step) => step === search.step) ?? "where";
}
