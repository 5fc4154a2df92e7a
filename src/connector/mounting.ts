import type { IncomingMessage, Server, ServerResponse } from "node:http";

export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** Gets the requests at or below `path`, with the rest of their path; all others go to the server's own listeners. */
export function mount(
  server: Server,
  path: string,
  serve: (request: IncomingMessage, response: ServerResponse, below: string) => void,
): () => void {
  const prefix = `/${path}`.replace(/\/+/g, "/").replace(/\/$/, "");
  const others = server.listeners("request") as RequestListener[];
  let mounted = true;
  const listener: RequestListener = (request, response) => {
    const below = mounted ? pathBelow(prefix, request.url ?? "/") : undefined;
    if (below !== undefined) serve(request, response, below);
    else for (const other of others) other.call(server, request, response);
  };
  server.removeAllListeners("request").on("request", listener);
  return () => {
    const wasMounted = mounted;
    mounted = false;
    // Somebody mounted after us and passes on to us: then stay in the chain, and only pass on ourselves.
    if (!wasMounted || !server.listeners("request").includes(listener)) return;
    server.off("request", listener);
    for (const other of others) server.on("request", other);
  };
}

/** The part of the path below the prefix, beginning with a slash; undefined when it is elsewhere. */
function pathBelow(prefix: string, url: string): string | undefined {
  if (url === prefix) return "/";
  return url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : undefined;
}
