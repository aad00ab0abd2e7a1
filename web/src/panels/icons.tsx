// The page's icons: a few lines each, in the colour of the text.

const PATHS = {
  play: "M7 4.5v15l12-7.5z",
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  batch: "M6 5v14l8-7zM16.5 5v14",
  epoch: "M4 5v14l7-7zM11.5 5v14l7-7zM20 5v14",
  reset: "M5 12a7 7 0 1 0 2.3-5.2M5 4.5v4.5h4.5",
  light: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M18.7 5.3 17 7M7 17l-1.7 1.7",
  dark: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  auto: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 4v16M12 8h6.5M12 12h8M12 16h6.5",
  help: "M8.8 9a3.3 3.3 0 1 1 4.9 2.9c-1.2.7-1.7 1.3-1.7 2.6M12 17.6v.6",
  undo: "M8 5 4 9l4 4M4 9h9a5.5 5.5 0 0 1 0 11H9",
  close: "M6 6l12 12M18 6 6 18",
  dice: "M5 5h14v14H5zM9 9h.01M15 15h.01M15 9h.01M9 15h.01M12 12h.01",
  logo: "M5 7l14 5M5 17l14-5M5 7l7 10M5 17l7-10M12 7l7 5M12 17l7-5",
} as const;

export type IconName = keyof typeof PATHS;

const FILLED = new Set<IconName>(["play", "pause", "batch", "epoch"]);

export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" stroke="currentColor" stroke-width="1.8"
      stroke-linecap="round" stroke-linejoin="round" fill={FILLED.has(name) ? "currentColor" : "none"}>
      <path d={PATHS[name]} />
    </svg>
  );
}
