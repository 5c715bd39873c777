/**
 * Where the connection to a device stands.
 * `searching`: no such port yet. `opening`, `open`. `lost`: it was open and went away; it is being
 * looked for. `closed`: freed, and not looked for any more.
 */
export type DevicePhase = 'searching' | 'opening' | 'open' | 'lost' | 'closed'
