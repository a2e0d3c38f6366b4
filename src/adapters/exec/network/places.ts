/** Port of the proxy on the loopback interface of a room; always the same, so that a room looks like another. */
export const PROXY_PORT = 17474;

/** Name of the socket in the folder of a room over which its bridge passes connections to its keeper. */
export const BRIDGE_SOCKET = "bridge";

/** Name of the socket in the folder of a room over which callers ask its keeper. */
export const CONTROL_SOCKET = "control";
