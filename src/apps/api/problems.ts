import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { asHoldfastError, HoldfastError } from "../../base/index.ts";
import { PROBLEM_CONTENT_TYPE, problemOf } from "../../protocol/index.ts";
import { apiError } from "./errors.ts";

/** PostgreSQL's lock_not_available: another transaction held what we need for longer than a request may wait. */
const LOCK_NOT_AVAILABLE = "55P03";

/** PostgreSQL's insufficient_privilege: a caller of some projects touched what belongs to none, or to others. */
const INSUFFICIENT_PRIVILEGE = "42501";

/** Answers every error, of whatever kind, with problem details. */
export function answerProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = translate(thrown);
  const problem = problemOf(error, { instance: request.id, hide_bugs: true });
  if (problem.status >= 500) request.log.error({ error }, "request failed");
  if (problem.status === 401) reply.header("www-authenticate", "Bearer");
  return reply
    .code(problem.status)
    .type(PROBLEM_CONTENT_TYPE)
    .serializer((value: unknown) => JSON.stringify(value))
    .send(problem);
}

function translate(thrown: unknown): HoldfastError {
  if (thrown instanceof HoldfastError) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const place = thrown.validationContext ?? "request";
    const problems = thrown.validation.map(({ instancePath, message }) => {
      const path = instancePath.split("/").filter(Boolean);
      return `${[place === "querystring" ? "query" : place, ...path].join(".")}: ${message}`;
    });
    return apiError("API_REQUEST_INVALID", problems.join("; "), { problems });
  }
  const { code, statusCode, message } = thrown as Partial<FastifyError>;
  switch (code) {
    case INSUFFICIENT_PRIVILEGE:
      return apiError("API_FORBIDDEN", "this reaches beyond the projects that the caller may work in", {}, thrown);
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return apiError("API_BODY_TOO_LARGE", message ?? "the body is too large");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return apiError("API_MEDIA_TYPE", message ?? "unknown media type");
    case "FST_ERR_HANDLER_TIMEOUT":
      return apiError("API_TIMEOUT", "the request took longer than the server allows", {}, thrown);
    case LOCK_NOT_AVAILABLE:
      return apiError("API_BUSY", "another request holds what this one needs", {}, thrown);
  }
  // What remains below 500 is the framework's word on a malformed request, e.g. JSON that does not parse.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return apiError("API_REQUEST_INVALID", message ?? "malformed request", { problems: [message ?? ""] }, thrown);
  }
  return asHoldfastError(thrown);
}
