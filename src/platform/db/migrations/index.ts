import type { Migration } from "kysely/migration";
import * as initial from "./0001_initial.ts";
import * as eventOrderAndPartialVerdicts from "./0002_event_order_and_partial_verdicts.ts";
import * as recoverableBackups from "./0003_recoverable_backups.ts";
import * as restoreDetails from "./0005_restore_details.ts";
import * as rotation from "./0010_rotation.ts";
import * as holds from "./0020_holds_and_quotas.ts";
import * as tiers from "./0021_tiers.ts";
import * as rotationThaws from "./0022_thaws_of_rotations.ts";
import * as archiving from "./0030_archiving.ts";
import * as binlogArchives from "./0035_binlog_archives.ts";
import * as applications from "./0050_applications.ts";
import * as evidence from "./0040_evidence.ts";
import * as access from "./0060_access.ts";
import * as alerting from "./0041_alerting.ts";
import * as oncall from "./0042_oncall.ts";
import * as drills from "./0070_drills.ts";
import * as reports from "./0071_reports.ts";
import * as selfRecovery from "./0072_self_recovery.ts";
import * as reportSubscriptions from "./0073_report_subscriptions.ts";
import * as tenants from "./0061_tenants.ts";
import * as anomaliesIncidents from "./0043_anomalies_incidents.ts";
import * as integrity from "./0044_integrity.ts";
import * as audit from "./0062_audit.ts";
import * as bulk from "./0063_bulk.ts";
import * as siem from "./0064_siem.ts";
import * as agents from "./0090_agents.ts";
import * as agentOrders from "./0091_agent_orders.ts";
import * as passkeys from "./0092_passkeys.ts";
import * as onCall from "./0095_on_call.ts";
import * as regionKeys from "./0093_region_keys.ts";
import * as agentVersionSince from "./0096_agent_version_since.ts";
import * as bucketStreams from "./0110_bucket_streams.ts";
import * as agentVersionOfBackups from "./0120_agent_version_of_backups.ts";
import * as evidenceOfTiers from "./0121_evidence_of_tiers.ts";
import * as billing from "./0081_billing.ts";
import * as metering from "./0080_metering.ts";
import * as budgets from "./0082_budgets.ts";

/** Every migration by name, in order. A name once released never changes and never goes. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001_initial": initial,
  "0002_event_order_and_partial_verdicts": eventOrderAndPartialVerdicts,
  "0003_recoverable_backups": recoverableBackups,
  "0005_restore_details": restoreDetails,
  "0010_rotation": rotation,
  "0020_holds_and_quotas": holds,
  "0021_tiers": tiers,
  "0022_thaws_of_rotations": rotationThaws,
  "0030_archiving": archiving,
  "0035_binlog_archives": binlogArchives,
  "0040_evidence": evidence,
  "0060_access": access,
  "0041_alerting": alerting,
  "0042_oncall": oncall,
  "0061_tenants": tenants,
  "0043_anomalies_incidents": anomaliesIncidents,
  "0044_integrity": integrity,
  "0062_audit": audit,
  "0063_bulk": bulk,
  "0064_siem": siem,
  "0070_drills": drills,
  "0071_reports": reports,
  "0072_self_recovery": selfRecovery,
  "0073_report_subscriptions": reportSubscriptions,
  "0080_metering": metering,
  "0081_billing": billing,
  "0082_budgets": budgets,
  "0090_agents": agents,
  "0050_applications": applications,
  "0091_agent_orders": agentOrders,
  "0092_passkeys": passkeys,
  "0095_on_call": onCall,
  "0093_region_keys": regionKeys,
  "0096_agent_version_since": agentVersionSince,
  "0110_bucket_streams": bucketStreams,
  "0120_agent_version_of_backups": agentVersionOfBackups,
  "0121_evidence_of_tiers": evidenceOfTiers,
};
