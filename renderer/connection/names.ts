/**
 * Names of the local protocol, restated so that the pages need not carry its schemas; a test holds
 * them equal to src/api/protocol.ts.
 */
export const SUBPROTOCOL_NAME = 'guitai.v1'
export const WATCH_PATH_NAME = '/v1/watch'
/** What the page posts to its own window to ask the shell's preload for a MessagePort. */
export const PORT_REQUEST = 'guitai:want-port'
/** What the preload posts back, with the port in `event.ports[0]`. */
export const PORT_GRANT = 'guitai:port'
/** Where a camera connects. */
export const CAMERA_PATH_NAME = '/v1/camera'
/** The same for the port of a camera, which is another one for every capture. */
export const CAMERA_PORT_REQUEST = 'guitai:want-camera-port'
export const CAMERA_PORT_GRANT = 'guitai:camera-port'
