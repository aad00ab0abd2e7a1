// A select of a kind, such as an optimizer, with the settings of the kind that is chosen.

import type { Choice, Kind, Setting } from "../protocol";
import { Formula } from "../formula";
import { NumberBox } from "./slider";
import { Tip } from "./tip";

interface Props {
  id: string;
  label: string;
  kinds: Kind[];
  choice: Choice | null;
  onChange: (choice: Choice | null) => void;
  /** What no kind at all is called, where that can be chosen. */
  none?: string;
  help?: string;
  /** Said beside the label. */
  words?: string;
}

export function KindChoice({ id, label, kinds, choice, onChange, none, help, words }: Props) {
  const kind = kinds.find((one) => one.name === choice?.name);
  const settings = choice?.settings ?? {};
  const set = (name: string, value: number | string) =>
    kind && onChange({ name: kind.name, settings: { ...settings, [name]: value } });
  return (
    <div class="field">
      <div class="field-head">
        <label for={id}>{label}</label>
        <Tip about={label}>{help && <p>{help}</p>}{kind && <AboutKind kind={kind} />}</Tip>
        {words && <span class="muted field-words">{words}</span>}
      </div>
      <select
        id={id} data-testid={id} value={choice?.name ?? ""}
        onChange={(event) => {
          const name = event.currentTarget.value;
          onChange(name ? { name, settings: {} } : null);
        }}
      >
        {none !== undefined && <option value="">{none}</option>}
        {kinds.map((one) => <option key={one.name} value={one.name} title={one.says}>{one.label}</option>)}
      </select>
      {kind && kind.settings.length > 0 && (
        <div class="settings">
          {kind.settings.map((one) => (
            <SettingBox key={`${kind.name} ${one.name}`} id={`${id}-${one.name.replaceAll("_", "-")}`} setting={one}
              value={settings[one.name] ?? one.default} onChange={(value) => set(one.name, value)} />
          ))}
        </div>
      )}
    </div>
  );
}

export function AboutKind({ kind }: { kind: Kind }) {
  return (
    <>
      <p><strong>{kind.label}.</strong> {kind.says}</p>
      {kind.formula && <Formula tex={kind.formula} block />}
    </>
  );
}

interface SettingProps {
  id: string;
  setting: Setting;
  value: number | string;
  onChange: (value: number | string) => void;
}

function SettingBox({ id, setting, value, onChange }: SettingProps) {
  const { label, options, low = -Infinity, high = Infinity, whole } = setting;
  return (
    <label class="setting">
      <span>{label}</span>
      {options ? (
        <select data-testid={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {options.map((one) => <option key={one}>{one}</option>)}
        </select>
      ) : (
        <NumberBox id={id} label={label} value={Number(value)} whole={whole} scale={{ low, high }} onChange={onChange} />
      )}
    </label>
  );
}
