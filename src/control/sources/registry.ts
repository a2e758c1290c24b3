import type { Clock, Random } from "../../base/index.ts";
import type { Logger } from "../../platform/log/index.ts";
import type { DriverPorts, SourceDriver, StreamedSource } from "./driver.ts";
import { applicationDriver } from "./application.ts";
import { sourceError } from "./errors.ts";
import { mariadbDriver } from "./mariadb.ts";
import { postgresqlDriver } from "./postgresql.ts";
import { bucketDriver } from "./bucket.ts";
import { readSecret } from "./secret.ts";
import { vmDriver } from "./vm.ts";
import { volumeDriver } from "./volume.ts";

/** Every driver there is, by kind. */
export interface Sources extends DriverPorts {
  /** @throws SOURCE_KIND_UNKNOWN */
  driver(kind: string): SourceDriver;
}

export function createSources(ports: {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}): Sources {
  const drivers = new Map<string, SourceDriver>();
  const add = <S extends StreamedSource>(driver: SourceDriver<S>) =>
    drivers.set(driver.kind, driver as unknown as SourceDriver);
  add(applicationDriver);
  add(volumeDriver);
  add(vmDriver);
  add(mariadbDriver);
  add(postgresqlDriver);
  add(bucketDriver);
  return {
    clock: ports.clock,
    random: ports.random,
    log: ports.log,
    secret: readSecret,
    driver(kind) {
      const driver = drivers.get(kind);
      if (driver === undefined)
        throw sourceError("SOURCE_KIND_UNKNOWN", `there is no driver for sources of kind ${kind}`, { kind });
      return driver;
    },
  };
}
