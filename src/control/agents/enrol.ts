import { createHash } from "node:crypto";
import { hasCode, newId } from "../../base/index.ts";
import type { AgentRow } from "./agents.ts";
import { appendEvent, withTransaction } from "../../platform/db/index.ts";
import type { Db, Ports, Tx } from "../../platform/db/index.ts";
import { createProject, getProject } from "../inventory/index.ts";
import type { Project } from "../../model/index.ts";
import type { Authority } from "./authority.ts";
import { agentError } from "./errors.ts";

export interface TokenRequest {
  readonly name: string;
  readonly project?: string | undefined;
  readonly region?: string | undefined;
  readonly minutes: number;
  readonly silence_minutes: number;
  readonly created_by: string;
}

const SECRET_BYTES = 32;
/** A certificate that another took the place of: threads that opened their connections with it end meanwhile. */
const SUPERSEDED_MS = 24 * 3_600_000;

const hashOf = (secret: string) => createHash("sha256").update(secret).digest("hex");

/**
 * Makes a token with which one host enrols, once. A new name is given a project to itself; for an agent that is there,
 * its host is enrolled anew and its certificates end.
 * @returns `secret` is not kept: whoever calls shows it once
 * @throws AGENT_PROJECT_TAKEN, REGION_NOT_FOUND
 */
export async function createAgentToken(
  tx: Tx,
  request: TokenRequest,
  ports: Ports,
): Promise<{ readonly agent: AgentRow; readonly secret: string; readonly expires_at: Date }> {
  const { name, minutes, silence_minutes, created_by } = request;
  const secret = ports.random.bytes(SECRET_BYTES).toString("base64url");
  const now = new Date(ports.clock.now_ms());
  const expires_at = new Date(now.getTime() + minutes * 60_000);
  const token = { token_hash: hashOf(secret), token_expires_at: expires_at };
  const found = await tx.selectFrom("agents").selectAll().where("name", "=", name).executeTakeFirst();
  if (found !== undefined) {
    const agent = await tx
      .updateTable("agents")
      .set({ ...token, silence_minutes })
      .where("id", "=", found.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { agent, secret, expires_at };
  }
  const project = await ownProject(tx, request, ports);
  const agent = await tx
    .insertInto("agents")
    .values({
      id: newId("agt", ports.clock, ports.random),
      name,
      project_id: project.id,
      created_at: now,
      created_by,
      silence_minutes,
      ...token,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await tell(tx, agent, "created", ports);
  return { agent, secret, expires_at };
}

/** The project named, if nothing is in it; or a new one. */
async function ownProject(tx: Tx, { name, project, region }: TokenRequest, ports: Ports): Promise<Project> {
  const wanted = project ?? name;
  try {
    const found = await getProject(tx, wanted);
    for (const table of ["workloads", "repositories", "agents"] as const) {
      const row = await tx
        .selectFrom(table)
        .select("id")
        .where("project_id", "=", found.id)
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) continue;
      throw agentError("AGENT_PROJECT_TAKEN", `project ${wanted} has ${table} already`, { project: wanted });
    }
    return found;
  } catch (error) {
    if (!hasCode(error, "PROJECT_NOT_FOUND")) throw error;
  }
  // By default where the installation's first project keeps its own.
  const first = await tx.selectFrom("projects").select("region_id").orderBy("created_at").limit(1).executeTakeFirst();
  return createProject(tx, { name: wanted, region: region ?? first?.region_id ?? "" }, ports);
}

export interface Enrolment {
  readonly secret: string;
  readonly csr: string;
  readonly hostname: string;
  readonly version: string;
}

/** Uses a token up. @throws AGENT_TOKEN_INVALID, AGENT_REQUEST_INVALID */
export async function enrol(
  db: Db,
  { secret, csr, hostname, version }: Enrolment,
  authority: Authority,
  ports: Ports,
): Promise<{ readonly agent: AgentRow; readonly certificate: string }> {
  return withTransaction(db, async (tx) => {
    const now = new Date(ports.clock.now_ms());
    const agent = await tx
      .updateTable("agents")
      .set({
        token_hash: null,
        token_expires_at: null,
        enrolled_at: now,
        revoked_at: null,
        revoked_by: null,
        hostname,
        version,
        last_contact_at: now,
      })
      .where("token_hash", "=", hashOf(secret))
      .where("token_expires_at", ">", now)
      .returningAll()
      .executeTakeFirst();
    if (agent === undefined) throw agentError("AGENT_TOKEN_INVALID", "the token is unknown, used, or too old");
    // Whoever was this host before is not any more.
    await tx.updateTable("agent_certificates").set({ valid_until: now }).where("agent_id", "=", agent.id).execute();
    const certificate = await certify(tx, agent.id, csr, authority, ports);
    await tell(tx, agent, "enrolled", ports);
    return { agent, certificate };
  });
}

/** A new certificate for an agent that has one; the old one ends soon. @throws AGENT_REQUEST_INVALID */
export async function renew(
  db: Db,
  agent: AgentRow,
  csr: string,
  authority: Authority,
  ports: Ports,
): Promise<{ readonly certificate: string }> {
  return withTransaction(db, async (tx) => {
    const soon = new Date(ports.clock.now_ms() + SUPERSEDED_MS);
    await tx
      .updateTable("agent_certificates")
      .set({ valid_until: soon })
      .where("agent_id", "=", agent.id)
      .where("valid_until", ">", soon)
      .execute();
    return { certificate: await certify(tx, agent.id, csr, authority, ports) };
  });
}

async function certify(tx: Tx, agent_id: string, csr: string, authority: Authority, ports: Ports): Promise<string> {
  const { certificate, serial, until } = await authority.issueAgent(csr, agent_id);
  await tx
    .insertInto("agent_certificates")
    .values({ serial, agent_id, issued_at: new Date(ports.clock.now_ms()), valid_until: until })
    .execute();
  return certificate;
}

/** Whose certificate this is. @param serial as TLS gives it @throws AGENT_UNKNOWN, AGENT_REVOKED */
export async function identify(db: Db, serial: string, ports: Pick<Ports, "clock">): Promise<AgentRow> {
  const row = await db
    .selectFrom("agent_certificates")
    .innerJoin("agents", "agents.id", "agent_certificates.agent_id")
    .selectAll("agents")
    .select("agent_certificates.valid_until")
    .where("agent_certificates.serial", "=", serial)
    .executeTakeFirst();
  if (row !== undefined && row.revoked_at !== null) {
    throw agentError("AGENT_REVOKED", `agent ${row.name} was revoked at ${row.revoked_at.toISOString()}`);
  }
  if (row === undefined || row.valid_until.getTime() <= ports.clock.now_ms()) {
    throw agentError("AGENT_UNKNOWN", "the certificate is of no agent that is enrolled now");
  }
  return row;
}

/** From now on nothing of it is answered; what it was at work on is called off. @throws AGENT_NOT_FOUND */
export async function revokeAgent(tx: Tx, agent: AgentRow, by: string, ports: Ports): Promise<void> {
  const now = new Date(ports.clock.now_ms());
  await tx
    .updateTable("agents")
    .set({ revoked_at: now, revoked_by: by, token_hash: null, token_expires_at: null })
    .where("id", "=", agent.id)
    .execute();
  await tx
    .updateTable("agent_tasks")
    .set({ state: "CANCELED", updated_at: now })
    .where("agent_id", "=", agent.id)
    .where("state", "in", ["QUEUED", "RUNNING"])
    .execute();
  await tell(tx, agent, "revoked", ports);
}

async function tell(tx: Tx, agent: AgentRow, what: string, ports: Ports): Promise<void> {
  const data = { name: agent.name };
  const event = { type: `holdfast.agent.${what}`, subject: agent.id, project_id: agent.project_id, data };
  await appendEvent(tx, event, ports);
}
