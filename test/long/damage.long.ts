/** Every position of every kind of damage in every object of a small repository. */
import { damageSuite } from "../engine/damage-suite.ts";

await damageSuite(1);
