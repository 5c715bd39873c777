/** Placeholder page until it is drawn. */
export const ADMIN_PAGE = '<!doctype html><title>Guitai</title>'
