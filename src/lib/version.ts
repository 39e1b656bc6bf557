/** The version of package.json, which a test holds this against. */
export const VERSION = '1.0.0';
