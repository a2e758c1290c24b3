/** Everything of ours in a QEMU is known by its name, so that it can be taken away by whoever comes next. */
export const PREFIX = "holdfast-";
export const BITMAP = `${PREFIX}since-`;

export const cbwNode = (index: number) => `${PREFIX}cbw-${index}`;
export const fleeceNode = (index: number) => `${PREFIX}fleece-${index}`;
export const snapNode = (index: number) => `${PREFIX}snap-${index}`;
export const exportId = (index: number) => `${PREFIX}export-${index}`;
export const isOwn = (name: string) => name.startsWith(PREFIX);
