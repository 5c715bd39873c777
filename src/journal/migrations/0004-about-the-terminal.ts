/**
 * Finds the newest row of a kind that is about no sale, such as the closing of a shift or an act on the
 * terminal: these are few, and the index has no other rows. Frozen.
 */
export const ABOUT_THE_TERMINAL = `
CREATE INDEX event_about_no_sale ON event (kind, seq) WHERE sale_id IS NULL;
`
