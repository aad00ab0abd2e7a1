// Chooses a panel and saves its picture.

import { useEffect, useState } from "preact/hooks";
import { Dialog } from "./dialog";
import { download } from "./files";
import { picturable, pictureOf } from "./pictures";
import type { Picturable } from "./pictures";

export function PictureDialog({ onClose }: { onClose: () => void }) {
  const [panels] = useState(picturable);
  const [name, setName] = useState(panels[0]?.name ?? "");
  const [picture, setPicture] = useState<{ url: string; blob: Blob } | null>(null);
  const [says, setSays] = useState("");
  useEffect(() => {
    let url = "";
    let gone = false;
    setPicture(null);
    setSays("");
    if (name) {
      pictureOf(name).then(
        (blob) => {
          if (gone) return;
          url = URL.createObjectURL(blob);
          setPicture({ url, blob });
        },
        (error: Error) => !gone && setSays(`No picture: ${error.message}`),
      );
    }
    return () => {
      gone = true;
      URL.revokeObjectURL(url);
    };
  }, [name]);
  return (
    <Dialog name="picture" title="A picture as PNG" onClose={onClose}>
      {panels.length === 0 && <p>There is no panel to picture on the page now.</p>}
      <div class="keep-actions">
        <Panels panels={panels} name={name} onChoose={setName} />
        <button
          type="button" class="plain-button strong" data-testid="keep-picture-save" disabled={!picture}
          onClick={() => picture && download(`glassnet-${name}.png`, picture.blob)}
        >
          Save
        </button>
        <span role="status" class="keep-says">{says}</span>
      </div>
      {picture && <img class="keep-picture" src={picture.url} alt={`The picture of: ${name}`} data-testid="keep-picture-preview" />}
    </Dialog>
  );
}

function Panels({ panels, name, onChoose }: { panels: Picturable[]; name: string; onChoose: (name: string) => void }) {
  return (
    <label>
      <span>Panel </span>
      <select data-testid="keep-picture-panel" value={name} onChange={(event) => onChoose(event.currentTarget.value)}>
        {panels.map((one) => <option key={one.name} value={one.name}>{one.label}</option>)}
      </select>
    </label>
  );
}
