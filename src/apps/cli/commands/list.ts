import type { Register } from "../register.ts";
import { registerList } from "./backup.ts";

export const register: Register = (program, io) => {
  registerList(program, io, "baas list --policy compliance-7yr --older-than 7y");
};
