import type { FastifyInstance } from "fastify";
import type { ApiDeps } from "../deps.ts";
import { addAttachmentRoutes } from "./attachments.ts";
import { addBackupRoutes } from "./backups.ts";
import { addCatalogRoutes } from "./catalog.ts";
import { addCopyRoutes } from "./copies.ts";
import { addCoverageRoutes } from "./coverage.ts";
import { addEvidenceRoutes } from "./evidence.ts";
import { addHoldRoutes } from "./holds.ts";
import { addJobRoutes } from "./jobs.ts";
import { addKeyRoutes } from "./keys.ts";
import { addPolicyRoutes } from "./policies.ts";
import { addProjectRoutes } from "./projects.ts";
import { addRegionRoutes } from "./regions.ts";
import { addReplicationRoutes } from "./replication.ts";
import { addRestoreRoutes } from "./restores.ts";
import { addSweepRoutes } from "./sweeps.ts";
import { addVerificationRoutes } from "./verifications.ts";
import { addWorkloadRoutes } from "./workloads.ts";

export function addAllRoutes(app: FastifyInstance, deps: ApiDeps): void {
  addRegionRoutes(app, deps);
  addProjectRoutes(app, deps);
  addWorkloadRoutes(app, deps);
  addPolicyRoutes(app, deps);
  addAttachmentRoutes(app, deps);
  addBackupRoutes(app, deps);
  addCopyRoutes(app, deps);
  addRestoreRoutes(app, deps);
  addVerificationRoutes(app, deps);
  addCoverageRoutes(app, deps);
  addReplicationRoutes(app, deps);
  addCatalogRoutes(app, deps);
  addSweepRoutes(app, deps);
  addHoldRoutes(app, deps);
  addJobRoutes(app, deps);
  addEvidenceRoutes(app, deps);
  addKeyRoutes(app, deps);
}
