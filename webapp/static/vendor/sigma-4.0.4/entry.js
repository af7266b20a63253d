// What the explorer takes from sigma.js and graphology. `make vendor` bundles it into sigma.js beside this file.
export { MultiGraph } from "graphology";
export { default as Sigma, DEFAULT_STYLES } from "sigma";
export {
  extremityArrow, extremityBar, layerDashed, layerFill, layerPlain, pathLine, sdfCircle,
} from "sigma/rendering";
