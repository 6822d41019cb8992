# Set TOKEN to a token of yours; needs the package sf.
library(sf)

base <- "http://127.0.0.1:8000"
token <- Sys.getenv("TOKEN")
# GDAL sends the token as a password; the user name does not matter.
if (nzchar(token)) Sys.setenv(GDAL_HTTP_AUTH = "BASIC", GDAL_HTTP_USERPWD = paste0("any:", token))

source <- paste0("OAPIF:", base, "/ogc/")
print(st_layers(source))
resources <- st_read(source, "resources", quiet = TRUE)
print(table(resources$category))
