export function Keep() { return null; }
