# One image for every process; compose.yaml says which one runs. Secrets come at run time.
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LAB_STATE=/var/lib/banner-lab

RUN useradd --system --uid 10001 --create-home app \
 && install -d -o app -g app -m 700 /var/lib/banner-lab \
    /var/lib/banner-lab/media /var/lib/banner-lab/delivery /var/lib/banner-lab/static

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --no-compile --require-hashes --only-binary :all: -r requirements.txt

COPY . .
USER app
EXPOSE 8000 8001

CMD ["gunicorn", "banner_lab.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--preload", "--no-control-socket", "--worker-tmp-dir", "/tmp", \
     "--logger-class", "banner_lab.log_lines.Server", "--access-logfile", "-"]
