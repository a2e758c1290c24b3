/** An address with its query, as the router takes it: `<Link {...href("/jobs?state=FAILED")}>`. */
export function href(address: string): { readonly to: never; readonly search: never } {
  const [path = "", query = ""] = address.split("?");
  return { to: path as never, search: Object.fromEntries(new URLSearchParams(query)) as never };
}
