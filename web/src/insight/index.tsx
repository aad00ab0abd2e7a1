// What stands beside the map: curves, the confusion matrix, the layers, the learning rate, an end.

export { Confusion } from "./confusion";
export { Curves } from "./curves";
export { Ended } from "./ended";
export { Layers } from "./layers";
export { LearningRate } from "./learning_rate";
