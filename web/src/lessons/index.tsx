// Lessons: a menu of them, and a bar that leads through the steps of one. A step is a link and a few sentences.

import { signal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { place } from "../insight/panel";
import { ask } from "../state";
import { IconButton } from "../panels/top";
import "../lessons.css";
import lessons from "./lessons.json";

/** Which step of which lesson is on; null: none. */
const at = signal<{ lesson: number; step: number } | null>(null);

const STAYS = /^(hide|theme|discrete|tests)=/; // parts of a link that are not a lesson's

function show(lesson: number, step: number): void {
  at.value = { lesson, step };
  const kept = location.hash.slice(1).split("&").filter((part) => STAYS.test(part));
  const before = location.hash;
  location.hash = [lessons[lesson]!.steps[step]!.link, ...kept].join("&");
  if (location.hash === before) ask({ do: "reset" }); // the address tells of changes only
}

export function LessonsButton() {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  return (
    <>
      <button ref={button} type="button" class="plain-button lessons-button" popovertarget={id} data-testid="lessons">
        Lessons ▾
      </button>
      <div
        ref={menu} id={id} popover="auto" class="keep-menu" data-testid="lessons-menu"
        onToggle={() => place(button.current!, menu.current!)}
      >
        {lessons.map((lesson, i) => (
          <button
            key={lesson.name} type="button" class="keep-item" data-testid={`lesson-${lesson.name}`}
            onClick={() => { menu.current!.hidePopover(); show(i, 0); }}
          >
            <b>{lesson.title}</b> <small>{lesson.steps.length} steps</small>
          </button>
        ))}
      </div>
    </>
  );
}

export function LessonBar() {
  if (!at.value) return null;
  const { lesson, step } = at.value;
  const { title, steps } = lessons[lesson]!;
  return (
    <section class="lesson" aria-label={`Lesson: ${title}`} data-testid="lesson">
      <div class="lesson-says" role="status">
        <strong>{title}, {step + 1} of {steps.length}.</strong> <span data-testid="lesson-says">{steps[step]!.says}</span>
      </div>
      <div class="lesson-steps">
        <button type="button" data-testid="lesson-back" disabled={step === 0} onClick={() => show(lesson, step - 1)}>Back</button>
        <button type="button" data-testid="lesson-again" onClick={() => show(lesson, step)}>Again</button>
        <button type="button" data-testid="lesson-next" disabled={step === steps.length - 1}
          onClick={() => show(lesson, step + 1)}>Next</button>
        <IconButton id="lesson-close" icon="close" label="Close the lesson" onClick={() => (at.value = null)} />
      </div>
    </section>
  );
}
