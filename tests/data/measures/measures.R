# Measures of a network by the packages igraph and sna of R, to compare ours with.
# Rscript measures.R FOLDER reads actors.csv (actor, family), pairs.csv (one, other) and arcs.csv (one, other) with
# actors from 0 on, and prints tab-separated lines: measure, actor (empty for the whole network), value.
suppressMessages({library(igraph); library(sna)})
folder <- commandArgs(trailingOnly = TRUE)[1]
actors <- read.csv(file.path(folder, "actors.csv"))
pairs <- read.csv(file.path(folder, "pairs.csv"))
arcs <- read.csv(file.path(folder, "arcs.csv"))
n <- nrow(actors)
g <- graph_from_edgelist(as.matrix(pairs) + 1, directed = FALSE)
g <- add_vertices(g, n - vcount(g))
matrix_of <- function(rows) { m <- matrix(0, n, n); m[as.matrix(rows) + 1] <- 1; m }
ties <- pmax(matrix_of(pairs), t(matrix_of(pairs)))
ways <- matrix_of(arcs)
told <- function(name, values) {
  if (length(values) == 1) cat(name, "", sprintf("%.17g", values), sep = "\t", fill = FALSE)
  else cat(paste(name, seq_along(values) - 1, sprintf("%.17g", values), sep = "\t"), sep = "\n")
  cat("\n")
}
told("degree", igraph::degree(g))
told("betweenness", igraph::betweenness(g, normalized = TRUE))
told("betweenness", sna::betweenness(ties, gmode = "graph", cmode = "undirected") / ((n - 1) * (n - 2) / 2))
if (igraph::is_connected(g)) {
  told("closeness", igraph::closeness(g, normalized = TRUE))
  told("closeness", sna::closeness(ties, gmode = "graph", cmode = "undirected"))
  ev <- sna::evcent(ties, gmode = "graph", use.eigen = TRUE)
  told("eigenvector", abs(ev) / max(abs(ev)))
}
told("eigenvector", eigen_centrality(g, scale = TRUE, options = list(maxiter = 100000, tol = 1e-15))$vector)
told("pagerank", page_rank(g, damping = 0.85)$vector)
told("core", coreness(g))
told("core", sna::kcores(ties, mode = "graph"))
told("constraint", igraph::constraint(g))
raw <- sna::brokerage(ways, actors$family)$raw.nli
told("coordinator", raw[, "w_I"]); told("itinerant", raw[, "w_O"]); told("representative", raw[, "b_IO"])
told("gatekeeper", raw[, "b_OI"]); told("liaison", raw[, "b_O"])
told("components", igraph::components(g)$no)
told("largest_component", max(igraph::components(g)$csize) / n)
told("density", edge_density(g))
told("density", sna::gden(ties, mode = "graph"))
told("mean_distance", mean_distance(g))
told("deepest_core", max(coreness(g)))
told("transitivity", transitivity(g, type = "global"))
told("transitivity", sna::gtrans(ties, mode = "graph"))
told("degree_assortativity", assortativity_degree(g))
told("role_assortativity", assortativity_nominal(g, actors$family + 1))
told("modularity_of_families", modularity(g, actors$family + 1))
told("degree_centralisation", centr_degree(g, loops = FALSE)$centralization)
told("degree_centralisation", sna::centralization(ties, sna::degree, mode = "graph"))
told("betweenness_centralisation", centr_betw(g, directed = FALSE)$centralization)
told("betweenness_centralisation", sna::centralization(ties, sna::betweenness, mode = "graph"))
census <- sna::triad.census(ties, mode = "graph")
told("one_tie_triads", census[2]); told("open_triads", census[3]); told("closed_triads", census[4])
inside <- sum(ties * outer(actors$family, actors$family, "==")) / 2
told("ei_index", (sum(ties) / 2 - 2 * inside) / (sum(ties) / 2))
set.seed(1)
best <- max(sapply(1:20, function(i) modularity(g, membership(cluster_leiden(g, "modularity", n_iterations = -1)))))
told("modularity", best)
