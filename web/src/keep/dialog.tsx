// A dialog of the browser's own: it keeps the focus, and Escape closes it.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface DialogProps {
  name: string;
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ name, title, onClose, children }: DialogProps) {
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current!.showModal(), []);
  return (
    <dialog
      ref={ref} class="keep-dialog" aria-labelledby={id} data-testid={`keep-${name}-dialog`} onClose={onClose}
      onClick={(event) => event.target === ref.current && ref.current!.close()}
    >
      <div class="keep-inside">
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" class="plain-button" aria-label="Close" data-testid="keep-close" onClick={() => ref.current!.close()}>
            ✕
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
